use crate::shape;

shape! {
    /// The disk space of a task on Fargate.
    ///
    /// Source: API shape `EphemeralStorage`.
    pub struct EphemeralStorage {
        /// GiB, 21 to 200; a task that does not ask has 20.
        size_in_gib: i32 = "sizeInGiB" => required(),
    }
}
