//! What one Ingress asks of its group, read and checked by itself.
//!
//! A portion depends on nothing but its Ingress, the parameters of its class, and facts. So the portion of an Ingress that was good once can take the
//! place of one that is not good now.

pub(crate) mod action;
pub(crate) mod authentication;
pub(crate) mod backend;
pub(crate) mod certificate;
pub(crate) mod condition;
pub(crate) mod frontend;
mod health_check;
pub(crate) mod listen;
pub(crate) mod mutual_authentication;
pub(crate) mod settings;
pub(crate) mod target_group;
mod transform;

use crate::ingress::facts::Facts;
use crate::ingress::{IngressKey, Member, annotations};
use crate::{Config, PlanError};
use aws_api::Tags;
use aws_api::elbv2::{Action, Condition, Transform};
use backend::Answer;
use controllers_api::annotation::Annotations;
use controllers_api::ingress_class_params::IngressClassParamsSpec;
use frontend::FrontendWishes;
use k8s_openapi::api::networking::v1::{HTTPIngressPath, IngressRule, IngressSpec};
use listen::PortWishes;
use model::{Certificate, GroupId};
use serde::{Deserialize, Serialize};
use settings::Settings;
use std::collections::BTreeMap;
use target_group::Targets;

/// Where the backend of a path stands in `spec`.
pub(crate) const BACKEND: &str = "rules[].http.paths[].backend";

/// What one Ingress asks of its group. It can be kept: it serialises, and is good for as long as the Ingress is a member of the group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Portion {
    /// The Ingress.
    pub(crate) key: IngressKey,
    /// What it wishes for the load balancer.
    pub(crate) settings: Settings,
    /// Its listeners by port.
    pub(crate) ports: BTreeMap<i32, PortWishes>,
    /// Its rules in order, for each of its listeners.
    pub(crate) routes: Vec<Route>,
    /// What answers where no rule does.
    pub(crate) default: Option<Answer>,
    /// Target groups that its answers name.
    pub(crate) targets: Vec<Targets>,
    /// A certificate to be made for it.
    pub(crate) certificate: Option<Certificate>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// What it wishes for a network load balancer in front.
    pub(crate) frontend: FrontendWishes,
}

/// A rule without its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Route {
    pub(crate) conditions: Vec<Condition>,
    pub(crate) answer: Answer,
    pub(crate) transforms: Vec<Transform>,
}

/// What a portion is read from.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) key: &'a IngressKey,
    pub(crate) group: &'a GroupId,
    pub(crate) spec: &'a IngressSpec,
    pub(crate) annotations: Annotations<'a>,
    pub(crate) params: Option<&'a IngressClassParamsSpec>,
    /// Name of the parameters, for errors.
    pub(crate) params_name: &'a str,
    pub(crate) facts: &'a Facts,
    pub(crate) config: &'a Config,
}

impl Portion {
    /// Reads a member of a group.
    pub(crate) fn read(member: &Member, group: &GroupId, facts: &Facts, config: &Config) -> Result<Self, PlanError> {
        if let Some(trouble) = &member.trouble {
            return Err(trouble.clone());
        }
        let key = IngressKey::of(&member.ingress);
        let nothing = IngressSpec::default();
        let params = member.params.as_deref();
        let reading = Reading {
            key: &key,
            group,
            spec: member.ingress.spec.as_ref().unwrap_or(&nothing),
            annotations: annotations(&member.ingress),
            params: params.map(|params| &params.spec),
            params_name: params
                .and_then(|params| params.metadata.name.as_deref())
                .unwrap_or_default(),
            facts,
            config,
        };
        reading.portion().map_err(|error| error.of(&format!("Ingress {key}")))
    }

    /// The same without what only Secrets should hold.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        let answers = self.routes.iter_mut().map(|route| &mut route.answer);
        for action in answers
            .chain(&mut self.default)
            .flat_map(|answer| &mut answer.authentication)
        {
            if let Action::AuthenticateOidc(oidc) = action {
                oidc.client_secret = None;
            }
        }
        self
    }

    /// How many rules it asks for at most.
    pub(crate) fn rules(&self) -> usize {
        self.routes.len() * self.ports.len()
    }

    /// Only its listeners and rules: what others may not agree with is left to them.
    pub(crate) fn without_settings(&self) -> Self {
        Self {
            settings: Settings::default(),
            frontend: FrontendWishes::default(),
            ..self.clone()
        }
    }
}

impl Reading<'_> {
    fn portion(&self) -> Result<Portion, PlanError> {
        let mut targets = Vec::new();
        let certificate = self.certificate()?;
        let ports = self.ports(certificate.as_ref())?;
        let default = self.spec.default_backend.as_ref();
        let default = default.map(|backend| self.answer(backend, "defaultBackend", &mut targets));
        let default = default.transpose()?;
        let routes = self.routes(&mut targets)?;
        Ok(Portion {
            key: self.key.clone(),
            settings: self.settings()?,
            frontend: self.frontend(&ports)?,
            ports,
            routes,
            default,
            targets,
            certificate,
            tags: self.user_tags(self.annotations)?,
        })
    }

    fn routes(&self, targets: &mut Vec<Targets>) -> Result<Vec<Route>, PlanError> {
        let mut routes = Vec::new();
        for rule in self.spec.rules.iter().flatten() {
            let paths = rule.http.as_ref().map(|http| http.paths.as_slice()).unwrap_or_default();
            for path in condition::in_order(paths) {
                routes.push(self.route(rule, path, targets)?);
            }
        }
        Ok(routes)
    }

    fn route(
        &self,
        rule: &IngressRule,
        path: &HTTPIngressPath,
        targets: &mut Vec<Targets>,
    ) -> Result<Route, PlanError> {
        let regex = self.annotations.boolean("use-regex-path-match")?.unwrap_or(false);
        let name = path
            .backend
            .service
            .as_ref()
            .map(|service| service.name.as_str())
            .unwrap_or_default();
        let answer = self.answer(&path.backend, BACKEND, targets)?;
        let annotated = condition::read(self.annotations, name)?;
        let patterns = condition::of_path(path, regex)?;
        let conditions = condition::of_rule(rule.host.as_deref(), patterns, annotated, name, self.annotations)?;
        Ok(Route {
            conditions,
            answer,
            transforms: transform::read(self.annotations, name)?,
        })
    }

    /// Tags of the annotation and, over them, of the class.
    pub(crate) fn user_tags(&self, annotations: Annotations<'_>) -> Result<Tags, PlanError> {
        let key = "tags";
        let mut tags = annotations.map(key)?;
        if let Some(tag) = self.config.external_tag(&tags) {
            let remedy = format!("remove the tag {tag}: --external-managed-tags leaves it to others");
            return Err(annotations.error(key, "free of externally managed tags", remedy).into());
        }
        let of_class = self.params.iter().flat_map(|params| &params.tags);
        let of_class: Tags = of_class.map(|tag| (tag.key.clone(), tag.value.clone())).collect();
        if let Some(tag) = self.config.external_tag(&of_class) {
            return Err(self.of_class(
                "tags",
                tag,
                "is managed externally, as --external-managed-tags says",
                "remove it",
            ));
        }
        tags.extend(of_class);
        Ok(tags)
    }

    /// An error about the parameters of the class.
    pub(crate) fn of_class(&self, field: &str, value: &str, problem: &str, remedy: &str) -> PlanError {
        PlanError::Field {
            object: Some(format!("IngressClassParams {}", self.params_name).into()),
            field: field.to_owned(),
            value: value.to_owned(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        }
    }
}
