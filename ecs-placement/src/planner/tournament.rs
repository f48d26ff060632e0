//! The least of many ranks.

/// No contestant.
const NONE: u32 = u32::MAX;

/// The least of many ranks, of which few change at once: each change is played up to the final,
/// so that nobody else is looked at.
#[derive(Debug, Clone)]
pub(super) struct Tournament<R> {
    ranks: Vec<R>,
    /// The winner of each match: that of `n` is played by the winners of `2 n` and `2 n + 1`, the
    /// final is 1. The contestants come last.
    winners: Vec<u32>,
}

impl<R> Default for Tournament<R> {
    fn default() -> Self {
        Self {
            ranks: Vec::new(),
            winners: Vec::new(),
        }
    }
}

impl<R: Ord + Copy> Tournament<R> {
    /// Ranks by contestant.
    pub(super) fn ranks(&self) -> &[R] {
        &self.ranks
    }

    /// One more contestant.
    pub(super) fn add(&mut self, rank: R) {
        self.ranks.push(rank);
        let size = self.ranks.len().next_power_of_two();
        if self.winners.len() < size * 2 {
            self.winners = vec![NONE; size * 2];
            (0..self.ranks.len()).for_each(|at| self.play(at));
        } else {
            self.play(self.ranks.len() - 1);
        }
    }

    pub(super) fn set(&mut self, at: usize, rank: R) {
        let Some(known) = self.ranks.get_mut(at) else {
            return;
        };
        if *known != rank {
            *known = rank;
            self.play(at);
        }
    }

    /// The contestant with the least rank, the first of several.
    pub(super) fn best(&self) -> Option<(usize, R)> {
        let winner = *self.winners.get(1)? as usize;
        Some((winner, *self.ranks.get(winner)?))
    }

    /// Plays all matches of a contestant again.
    fn play(&mut self, at: usize) {
        let mut node = self.winners.len() / 2 + at;
        let mut winner = u32::try_from(at).unwrap_or(NONE);
        loop {
            let Some(place) = self.winners.get_mut(node) else {
                return;
            };
            *place = winner;
            if node <= 1 {
                return;
            }
            let rival = self.winners.get(node ^ 1).copied().unwrap_or(NONE);
            winner = self.better(winner, rival);
            node /= 2;
        }
    }

    fn better(&self, one: u32, other: u32) -> u32 {
        let rank = |at: u32| Some((self.ranks.get(at as usize)?, at));
        match (rank(one), rank(other)) {
            (Some(here), Some(there)) if there < here => other,
            (None, _) => other,
            _ => one,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_wins_whatever_changes() {
        let mut tournament = Tournament::default();
        assert_eq!(tournament.best(), None);
        let mut ranks = Vec::new();
        for at in 0..37_u64 {
            let rank = at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60;
            ranks.push(rank);
            tournament.add(rank);
            for change in 0..3 {
                let at = ((at * 7 + change * 5) % (at + 1)) as usize;
                ranks[at] = ranks[at] * 5 % 11;
                tournament.set(at, ranks[at]);
                let least = ranks.iter().zip(0..).min().map(|(rank, at)| (at, *rank));
                assert_eq!(tournament.best(), least);
            }
        }
        assert_eq!(tournament.ranks(), ranks);
    }
}
