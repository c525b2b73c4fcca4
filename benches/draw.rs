//! What chance costs: one keyed draw, and one sample of each law from a fresh key.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use evenkeel::internals::engine::{Dist, Draw, Purpose, Seed, Span, Who};
use std::hint::black_box;
use std::time::Duration;

/// Draws in one iteration.
const DRAWS: u64 = 1_000;

/// Feeds a thousand fresh generators to `take`.
fn measure(criterion: &mut Criterion, name: &str, mut take: impl FnMut(&mut Draw) -> u64) {
    let mut group = criterion.benchmark_group("draw");
    group.throughput(Throughput::Elements(DRAWS));
    group.sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(600));
    let mut who = 0u64;
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let mut sum = 0u64;
            for _ in 0..DRAWS {
                who += 1;
                sum = sum.wrapping_add(take(&mut Draw::new(Seed(1), Purpose(1), Who(who))));
            }
            black_box(sum)
        });
    });
    group.finish();
}

fn draws(criterion: &mut Criterion) {
    let second = Span::SECOND;
    let good = "the parameters are positive";
    let laws = [
        ("constant", Dist::constant(second)),
        ("uniform", Dist::uniform(Span::ZERO, second).expect(good)),
        ("exponential", Dist::exponential(second).expect(good)),
        ("lognormal", Dist::lognormal(second, 0.5).expect(good)),
        ("weibull", Dist::weibull(1.5, second).expect(good)),
        ("gamma", Dist::gamma(2.0, second).expect(good)),
        ("empirical", Dist::empirical((1..=100).map(Span::from_secs).collect()).expect(good)),
    ];
    measure(criterion, "bits", Draw::bits);
    measure(criterion, "happens", |draw| u64::from(draw.happens(0.01)));
    for (name, law) in &laws {
        let law = black_box(law);
        measure(criterion, name, |draw| law.sample(draw).micros());
    }
}

criterion_group!(benches, draws);
criterion_main!(benches);
