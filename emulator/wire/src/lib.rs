//! AWS wire protocols: awsQuery, ec2Query; typed structs in and out.
