//! The AWS calls over the AWS SDK: configuration, rate limits, retries, metrics.
