//! Attention as steps: a map, rotary positions if there are any, the mixture, a map.

use super::super::Kind;
use super::super::map::linear;
use super::Builder;
use crate::candle_executor::turns;
use crate::cpu::attention;
use crate::cpu::rotary::Rotary;

impl Builder {
    pub(super) fn attention(
        &mut self,
        heads: usize,
        rotary: bool,
        input: usize,
        length: usize,
    ) -> usize {
        let channels = self.plan.slots[input].channels;
        let mut triple = self.map(linear(3 * channels), input, length, false, 1);
        if rotary {
            let width = channels / heads;
            let turned = self.same_slopes(triple, length);
            let rotary = Rotary { channels, width, turns: turns(length, width) };
            self.step(Kind::Rotary(Box::new(rotary)), triple, turned, 0, true);
            triple = turned;
        }
        let mixed = self.slot(length, channels);
        let own = self.own(attention::kept(length, heads));
        self.step(Kind::Attention { heads }, triple, mixed, own, true);
        self.map(linear(channels), mixed, length, false, 1)
    }
}
