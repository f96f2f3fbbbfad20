//! Listeners.

use super::{Failure, Target};
use crate::change::ListenerChange;
use crate::defaults::Kind;
use crate::observed::{LiveListener, Observed, Role};
use crate::patience::Patience;
use crate::record::Made;
use model::{CertificateRef, Listener};

impl Target<'_> {
    pub(super) async fn create_listener(
        &self,
        role: Role,
        wanted: &Listener,
        observed: &Observed,
    ) -> Result<Made, Failure> {
        let balancer = self.load_balancer_arn(role, observed)?;
        let spec = observed.listener_spec(wanted, self.stack).ok_or(Failure::Unresolved)?;
        let made = self.aws.elbv2.create_listener(balancer, &spec, &wanted.tags).await?;
        let protocol = wanted.protocol.clone();
        let read = self.aws.elbv2.describe_listener_attributes(&made.arn);
        let attributes = self
            .attributes(Kind::Listener { protocol }, &wanted.attributes, read)
            .await;
        Ok(Made::Listener(made, attributes))
    }

    pub(super) async fn modify_listener(
        &self,
        role: Role,
        port: i32,
        change: &ListenerChange,
        observed: &Observed,
    ) -> Result<Made, Failure> {
        let elbv2 = &self.aws.elbv2;
        let listener = self.live_listener(role, port, observed)?;
        let arn = listener.listener.arn.as_str();
        match change {
            ListenerChange::Modify(wanted) => {
                let spec = observed.listener_spec(wanted, self.stack).ok_or(Failure::Unresolved)?;
                elbv2.modify_listener(arn, &spec).await?;
            }
            ListenerChange::ModifyAttributes(attributes) => elbv2.modify_listener_attributes(arn, attributes).await?,
            ListenerChange::AddCertificates(certificates) => {
                let certificates = self.certificate_arns(certificates, observed)?;
                let add = || elbv2.add_listener_certificates(arn, &certificates);
                Patience::NEW_LISTENER.until_found(add).await?;
            }
            ListenerChange::RemoveCertificates(arns) => elbv2.remove_listener_certificates(arn, arns).await?,
            ListenerChange::MoveRules(_)
            | ListenerChange::CreateRule(_)
            | ListenerChange::ModifyRule { .. }
            | ListenerChange::DeleteRule { .. } => return self.rule(listener, change, observed).await,
        }
        Ok(Made::Done)
    }

    pub(super) async fn delete_listener(&self, arn: &str) -> Result<Made, Failure> {
        super::gone(self.aws.elbv2.delete_listener(arn).await)
    }

    fn certificate_arns(&self, certificates: &[CertificateRef], observed: &Observed) -> Result<Vec<String>, Failure> {
        let arns = certificates.iter().map(|one| observed.certificate_arn(one, self.stack));
        arns.collect::<Option<_>>().ok_or(Failure::Unresolved)
    }

    fn live_listener<'o>(&self, role: Role, port: i32, observed: &'o Observed) -> Result<&'o LiveListener, Failure> {
        let wanted = role.of(self.stack).ok_or(Failure::Unresolved)?;
        let listeners = observed.load_balancer(wanted).and_then(|live| live.listeners.as_ref());
        let mut listeners = listeners.ok_or(Failure::Unresolved)?.iter();
        listeners
            .find(|live| live.listener.spec.port == port)
            .ok_or(Failure::Unresolved)
    }
}
