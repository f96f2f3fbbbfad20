//! How actions are found by name and called with typed input, whatever the protocol on the wire.

use crate::ApiError;
use serde::{Serialize, de::DeserializeOwned};

/// A service of the cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Certificate Manager, API version 2015-12-08.
    Acm,
    /// EC2, API version 2016-11-15.
    Ec2,
    /// Elastic Load Balancing v2, API version 2015-12-01.
    Elbv2,
    /// Shield Advanced, API version 2016-06-02.
    Shield,
    /// STS, API version 2011-06-15.
    Sts,
    /// WAF Classic of a region, API version 2016-11-28.
    WafRegional,
    /// WAF, API version 2019-07-29.
    Wafv2,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Acm,
        Self::Ec2,
        Self::Elbv2,
        Self::Shield,
        Self::Sts,
        Self::WafRegional,
        Self::Wafv2,
    ];

    /// The name in a signature's credential scope.
    pub fn signing_name(self) -> &'static str {
        match self {
            Self::Acm => "acm",
            Self::Ec2 => "ec2",
            Self::Elbv2 => "elasticloadbalancing",
            Self::Shield => "shield",
            Self::Sts => "sts",
            Self::WafRegional => "waf-regional",
            Self::Wafv2 => "wafv2",
        }
    }

    /// The service that a credential scope names.
    pub fn from_signing_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.signing_name() == name)
    }

    /// Whether the service has the action, and what it does to state.
    pub fn access(self, action: &str) -> Option<Access> {
        match self {
            Self::Acm => crate::acm::access(action),
            Self::Ec2 => crate::ec2::access(action),
            Self::Elbv2 => crate::elbv2::access(action),
            Self::Shield => crate::shield::access(action),
            Self::Sts => crate::sts::access(action),
            Self::WafRegional => crate::waf_regional::access(action),
            Self::Wafv2 => crate::wafv2::access(action),
        }
    }
}

/// What an action does to state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Read,
    /// Changes it; journaled when it succeeds.
    Write,
}

/// One request on the wire and the shape of its answer.
pub trait Exchange {
    /// An encoded answer.
    type Answer;

    /// The parameters as an action's input.
    ///
    /// # Errors
    /// `MissingParameter`, `ValidationError` and their kin when they are not.
    fn input<I: DeserializeOwned>(&self) -> Result<I, ApiError>;

    /// Encodes what the action returned.
    ///
    /// # Errors
    /// `InternalFailure` when the output cannot be written in this protocol.
    fn answer<O: Serialize>(&self, output: &O) -> Result<Self::Answer, ApiError>;
}

/// The table of a service's actions: wire name to module, each with `Input`, `Output` and `call`.
/// Makes `access`, `read` and `write` of the service. A room is a module with a table of its own, which is asked last.
macro_rules! actions {
    (read { $($read:tt)* } write { $($write:tt)* }) => {
        $crate::action::actions! { rooms {} read { $($read)* } write { $($write)* } }
    };
    (rooms { $($room:ident,)* } read { $($read:literal => $reader:ident,)* } write { $($write:literal => $writer:ident,)* }) => {
        $(pub mod $reader;)*
        $(pub mod $writer;)*

        /// What an action does to state; absent when there is no such action.
        pub fn access(action: &str) -> Option<$crate::Access> {
            match action {
                $($read => Some($crate::Access::Read),)*
                $($write => Some($crate::Access::Write),)*
                _ => None$(.or_else(|| $room::access(action)))*,
            }
        }

        pub(crate) fn read<X: $crate::Exchange>(
            action: &str,
            exchange: &X,
            region: &$crate::Region,
            context: &$crate::Context,
        ) -> Option<Result<X::Answer, $crate::ApiError>> {
            match action {
                $($read => Some(
                    exchange
                        .input::<$reader::Input>()
                        .and_then(|input| $reader::call(region, input, context))
                        .and_then(|output| exchange.answer(&output)),
                ),)*
                _ => {
                    $(if $room::access(action).is_some() {
                        return $room::read(action, exchange, region, context);
                    })*
                    let _ = (exchange, region, context);
                    None
                }
            }
        }

        pub(crate) fn write<X: $crate::Exchange>(
            action: &str,
            exchange: &X,
            region: &mut $crate::Region,
            context: &mut $crate::Context,
        ) -> Option<Result<X::Answer, $crate::ApiError>> {
            match action {
                $($write => Some(
                    exchange
                        .input::<$writer::Input>()
                        .and_then(|input| $writer::call(region, input, context))
                        .and_then(|output| exchange.answer(&output)),
                ),)*
                _ => {
                    $(if $room::access(action).is_some() {
                        return $room::write(action, exchange, region, context);
                    })*
                    let _ = (exchange, region, context);
                    None
                }
            }
        }
    };
}
pub(crate) use actions;
