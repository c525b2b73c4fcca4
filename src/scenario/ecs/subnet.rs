//! The subnet: what `describe-subnets` of Amazon EC2 prints.

object! {
    /// A subnet and the zone that it lies in.
    Subnet("PascalCase", own "SubnetArn") {
        need {
            /// Its id.
            subnet_id: String,
        }
        may {
            /// Name of its zone, such as `us-east-1a`.
            availability_zone: String,
            /// Id of its zone, such as `use1-az1`; it comes before the name, which is another one in each account.
            availability_zone_id: String,
            /// ARN of the outpost that it lies on: a zone of kind `outpost` with the id at the end of the ARN, anchored to
            /// the subnet's zone.
            outpost_arn: String,
        }
        unused {
            subnet_arn, assign_ipv6_address_on_creation as "AssignIpv6AddressOnCreation",
            ipv6_cidr_block_association_set as "Ipv6CidrBlockAssociationSet", tags,
            enable_dns64 as "EnableDns64", ipv6_native as "Ipv6Native", private_dns_name_options_on_launch,
            block_public_access_states, r#type as "Type", state, vpc_id, cidr_block, available_ip_address_count,
            default_for_az, map_public_ip_on_launch, network_firewall_connectivity_type, owner_id, enable_lni_at_device_index, map_customer_owned_ip_on_launch,
            customer_owned_ipv4_pool as "CustomerOwnedIpv4Pool",
        }
    }
}
