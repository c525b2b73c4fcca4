//! Services that stand at the top level of the file, and the clusters that they are of.

use super::index::parts;
use super::{dead, placed};
use crate::model::problem::{Code, Noun, Problem, Problems, nearest};
use crate::scenario::ecs::cluster::Cluster;
use crate::scenario::ecs::service::Service;
use crate::scenario::file::Scenario;

/// For each cluster the places of its services at the top level, in the order of the file.
pub(super) type Guests = Vec<Vec<usize>>;

/// Puts services of the top level behind those that stand in their cluster.
pub(super) fn move_in(scenario: &mut Scenario, out: &mut Problems) -> Guests {
    let mut guests: Guests = vec![Vec::new(); scenario.clusters.len()];
    let services = std::mem::take(&mut scenario.services);
    for (place, (at, service)) in placed(&services, "/services").enumerate() {
        let Some(home) = home(service, &scenario.clusters, &at, out) else {
            out.broken(Noun::Service, &service.service_name);
            let cluster = written(service).map_or("", |(_, text)| short(text));
            out.broken(Noun::Service, &format!("{cluster}/{}", service.service_name));
            continue;
        };
        guests[home].push(place);
    }
    for (cluster, places) in scenario.clusters.iter_mut().zip(&guests) {
        cluster.services.extend(places.iter().map(|place| services[*place].clone()));
    }
    guests
}

/// The cluster of a service; nothing where it is deleted or a problem is told.
fn home(service: &Service, clusters: &[Cluster], at: &str, out: &mut Problems) -> Option<usize> {
    let Some((key, text)) = written(service) else {
        if clusters.len() != 1 {
            let message = format!("`{}` does not say which cluster it is of", service.service_name);
            out.missing(at, message, "write \"cluster\": \"NAME\", or put it into `services` of its cluster");
        }
        return (clusters.len() == 1).then_some(0);
    };
    let name = short(text);
    let same = |cluster: &&Cluster| cluster.cluster_name == name && !differ(cluster.cluster_arn.as_deref(), text);
    let found = clusters.iter().position(|cluster| same(&cluster));
    if found.is_none() && !dead::service(service) && !out.is_broken(Noun::Cluster, name) {
        let known = clusters.iter().map(|cluster| cluster.cluster_name.as_str());
        let hint = match nearest(name, known) {
            Some(near) if parts(text).is_none() => format!("did you mean `{near}`?"),
            _ => "add what `aws ecs describe-clusters` prints to `clusters`".to_owned(),
        };
        let message = format!("no cluster is called `{name}`");
        let at = format!("{at}/{key}");
        out.push(Problem::new(Code::UnknownName, &at, message, hint).about(Noun::Cluster, name));
    }
    found
}

/// What a service says of its cluster, and in which field.
fn written(service: &Service) -> Option<(&'static str, &str)> {
    let arn = service.cluster_arn.as_deref().map(|text| ("clusterArn", text));
    arn.or_else(|| service.cluster.as_deref().map(|text| ("cluster", text)))
}

/// The name at the end of an ARN, or the name itself.
fn short(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or(text)
}

/// Whether both are ARNs, and not the same.
fn differ(one: Option<&str>, other: &str) -> bool {
    one.is_some_and(|one| one != other && parts(one).is_some() && parts(other).is_some())
}
