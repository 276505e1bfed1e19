//! Global ids: one for each object that a client may keep and ask for again, whatever its type
//! (<https://relay.dev/graphql/objectidentification.htm>). `id` is unique among the objects of one type only.

use async_graphql::ID;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The argument of the field of the root that finds an object.
pub const ARGUMENT: &str = "nodeId";

macro_rules! types {
    ($($name:ident),* $(,)?) => {
        /// The type of an object with a global id.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum NodeType { $($name),* }

        impl NodeType {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the name of the type in the schema.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }
        }
    };
}

types! {
    Approval, AuditEvent, CatalogueItem, Comment, Customer, Drawer, Invite, Payment, Shift, Stage, Task, TaskEvent,
    TaskLine, User, Webhook, WebhookDelivery,
}

/// Returns the global id of an object.
pub fn node_id(of: NodeType, id: i64) -> ID {
    let plain = format!("{}:{id}", of.name());
    URL_SAFE_NO_PAD.encode(plain).into()
}

/// Reads a global id: the type of the object, and its id.
pub fn read(text: &str) -> Option<(NodeType, String)> {
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (name, id) = plain.split_once(':')?;
    let mut all = NodeType::ALL.iter().copied();
    Some((all.find(|of| of.name() == name)?, id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_global_id_is_read_back_and_nothing_else_is() {
        for of in NodeType::ALL {
            let id = node_id(*of, 7);
            assert_eq!(read(&id), Some((*of, "7".to_owned())));
        }
        for text in ["", "7", "VGFzazo3=", "VGFzaw", "WDo3"] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
