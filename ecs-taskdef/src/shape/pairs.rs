use indexmap::IndexMap;

/// Names and values in the order in which they came, each name once.
///
/// Two are equal when they hold the same pairs, in whatever order.
#[derive(Clone, Debug)]
pub(crate) struct Pairs<V> {
    /// The pairs, as long as it takes less time to go over them than to hash a name.
    few: Vec<(String, V)>,
    /// All the pairs, once they are more than [`FEW`].
    many: Option<Box<IndexMap<String, V>>>,
}

/// The most pairs that are gone over.
const FEW: usize = 16;

impl<V> Pairs<V> {
    pub(crate) const NONE: Self = Self {
        few: Vec::new(),
        many: None,
    };

    pub(crate) fn get(&self, name: &str) -> Option<&V> {
        match &self.many {
            None => {
                let pair = self.few.iter().find(|(known, _)| known == name);
                pair.map(|(_, value)| value)
            }
            Some(many) => many.get(name),
        }
    }

    /// Sets a value; gives back the one before.
    pub(crate) fn insert(&mut self, name: String, value: V) -> Option<V> {
        if let Some(many) = &mut self.many {
            return many.insert(name, value);
        }
        if let Some((_, known)) = self.few.iter_mut().find(|(known, _)| *known == name) {
            return Some(std::mem::replace(known, value));
        }
        self.few.push((name, value));
        if self.few.len() > FEW {
            self.many = Some(Box::new(self.few.drain(..).collect()));
        }
        None
    }

    /// Takes a value away; the others keep their order.
    pub(crate) fn remove(&mut self, name: &str) -> Option<V> {
        if let Some(many) = &mut self.many {
            return many.shift_remove(name);
        }
        let index = self.few.iter().position(|(known, _)| known == name)?;
        Some(self.few.remove(index).1)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        let few = self.few.iter().map(|(name, value)| (name, value));
        let pairs = few.chain(self.many.iter().flat_map(|many| many.iter()));
        pairs.map(|(name, value)| (name.as_str(), value))
    }

    pub(crate) fn len(&self) -> usize {
        self.many.as_ref().map_or(self.few.len(), |many| many.len())
    }
}

impl<V> Default for Pairs<V> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<V: PartialEq> PartialEq for Pairs<V> {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = self.iter();
        self.len() == other.len() && pairs.all(|(name, value)| other.get(name) == Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_pairs_are_as_few() {
        let name = |index: usize| format!("n{index}");
        let mut pairs = Pairs::default();
        for count in 1..=3 * FEW {
            assert_eq!(pairs.insert(name(count), 0), None);
            assert_eq!(pairs.insert(name(count), count), Some(0));
            assert_eq!(
                (pairs.len(), pairs.get(&name(count))),
                (count, Some(&count))
            );
            assert_eq!(pairs.get("n0"), None);
            let mut turned = Pairs::default();
            for index in (1..=count).rev() {
                assert_ne!(pairs, turned);
                turned.insert(name(index), index);
            }
            assert_eq!(pairs, turned);
            let values = pairs.iter().map(|(_, value)| *value);
            assert!(values.eq(1..=count));
        }
        for count in (1..=3 * FEW).rev() {
            assert_eq!(pairs.remove(&name(1)), (count == 3 * FEW).then_some(1));
            if count > 1 {
                assert_eq!(pairs.remove(&name(count)), Some(count));
            }
            assert!(pairs.iter().map(|(_, value)| *value).eq(2..count));
        }
        assert_eq!(pairs, Pairs::NONE);
    }
}
