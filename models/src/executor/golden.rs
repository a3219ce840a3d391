//! Logits against those of PyTorch.

// import torch, torch.nn.functional as F
// def w(p, *s):  # weight number p in the order of Network::parameters
//     n = torch.Size(s).numel()
//     return ((torch.arange(n, dtype=torch.float64) * 37 + 11 * p) % 101 - 50).div(100).reshape(s)
// def t(n, m):  # codes and ids
//     return torch.arange(n * m).mul(7).add(torch.arange(n * m) // 4).remainder(5).reshape(n, m)
//
// x = torch.cat([torch.eye(4), torch.zeros(1, 4)]).double()[t(2, 10)].mT  # (N, C, L)
// c = lambda x, p, i, o: F.relu(
//     F.conv1d(F.pad(x, (1, 2)), w(p, 4, i, o).permute(2, 1, 0), w(p + 1, o)))
// x = F.max_pool1d(c(x, 0, 4, 3), 3, ceil_mode=True)
// x = c(x, 2, 3, 4)
// print("conv", (x.amax(2) @ w(4, 4, 3) + w(5, 3)).tolist())
// x = F.relu(x.mT.flatten(1) @ w(4, 16, 5) + w(5, 5))
// print("positions", (x @ w(6, 5, 3) + w(7, 3)).tolist())
//
// n = lambda x, p: F.layer_norm(x, (4,), w(p, 4), w(p + 1, 4))
// x = w(0, 5, 4)[t(2, 6)] + w(1, 6, 4)
// q, k, v = (n(x, 2) @ w(4, 4, 12) + w(5, 12)).view(2, 6, 3, 2, 2).permute(2, 0, 3, 1, 4)
// a = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(2, 6, 4)
// x = x + a @ w(6, 4, 4) + w(7, 4)
// h = F.gelu(n(x, 8) @ w(10, 4, 8) + w(11, 8), approximate="tanh")
// x = x + h @ w(12, 8, 4) + w(13, 4)
// print("transformer", (n(x, 14).mean(1) @ w(16, 4, 3) + w(17, 3)).tolist())
//
// n = lambda x, p: F.layer_norm(x, (8,), w(p, 8), w(p + 1, 8))
// r = (torch.arange(6)[:, None] * torch.tensor([1, 0.01]).double()).mul(1j).exp()  # (T, 2)
// turn = lambda x: torch.view_as_real(torch.complex(x[..., :2], x[..., 2:]) * r).mT.flatten(-2)
// x = w(0, 5, 8)[t(2, 6)]
// q, k, v = (n(x, 1) @ w(3, 8, 24) + w(4, 24)).view(2, 6, 3, 2, 4).permute(2, 0, 3, 1, 4)
// a = F.scaled_dot_product_attention(turn(q), turn(k), v).transpose(1, 2).reshape(2, 6, 8)
// x = x + a @ w(5, 8, 8) + w(6, 8)
// h = F.gelu(n(x, 7) @ w(9, 8, 8) + w(10, 8), approximate="tanh")
// x = x + h @ w(11, 8, 8) + w(12, 8)
// print("rotary", (n(x, 13).mean(1) @ w(15, 8, 3) + w(16, 3)).tolist())
//
// from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
// def recurrent(name, kind, gates):
//     x = w(0, 5, 3)[t(2, 10)]  # (N, T, C)
//     rnn = kind(3, 4, batch_first=True, bidirectional=True).double()
//     of_input, bias, of_state = w(1, 3, 8 * gates), w(2, 8 * gates), w(3, 2, 4, 4 * gates)
//     for i, d in enumerate(["", "_reverse"]):
//         part = slice(4 * gates * i, 4 * gates * (i + 1))
//         getattr(rnn, "weight_ih_l0" + d).data = of_input[:, part].T
//         getattr(rnn, "bias_ih_l0" + d).data = bias[part]
//         getattr(rnn, "weight_hh_l0" + d).data = of_state[i].T
//         b = torch.zeros(4 * gates).double()
//         if gates == 3: b[8:] = w(4, 8)[4 * i:4 * i + 4]
//         getattr(rnn, "bias_hh_l0" + d).data = b
//     x = pack_padded_sequence(x, [10, 7], batch_first=True)
//     x = pad_packed_sequence(rnn(x)[0], batch_first=True, padding_value=-9)[0].amax(1)
//     p = 5 if gates == 3 else 4
//     print(name, (x @ w(p, 8, 3) + w(p + 1, 3)).tolist())
// recurrent("gru", torch.nn.GRU, 3)
// recurrent("lstm", torch.nn.LSTM, 4)

use candle_core::Device;

use super::Executor;
use crate::architecture::{Architecture, Conv, ConvHead, Positions, Recurrent, Transformer, build};
use crate::input::{Input, InputShape, InputValues};
use crate::layer::Cell;
use crate::network::Network;
use crate::weights::Weights;

/// The weights of the program above.
fn weights(network: &Network) -> Weights {
    let mut weights = Weights::zeros(network);
    for (number, range) in weights.ranges().to_vec().into_iter().enumerate() {
        for (index, value) in weights.as_mut_slice()[range].iter_mut().enumerate() {
            *value = ((index * 37 + 11 * number) % 101) as f32 / 100.0 - 0.5;
        }
    }
    weights
}

fn code(index: usize) -> usize {
    (index * 7 + index / 4) % 5
}

fn check(network: &Network, input: &Input<'_>, expected: [f32; 6]) {
    for executor in [Executor::Candle(Device::Cpu), Executor::on(Device::Cpu)] {
        let found = executor.logits(network, &weights(network), input).unwrap();
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{executor:?}: {found} {expected}");
        }
    }
}

#[test]
fn a_convolutional_network_agrees_with_pytorch() {
    let conv = Conv { filters: vec![3, 4], width: 4, pool: 3, ..Conv::default() };
    let positions = Conv { head: ConvHead::Positions, hidden: 5, ..conv.clone() };
    let shape = InputShape::Symbols { length: 10, symbols: 5, channels: 4 };
    let codes: Vec<u8> = (0..20).map(|index| code(index) as u8).collect();
    let table: Vec<f32> = (0..20).map(|i| f32::from(i < 16 && i % 5 == 0)).collect();
    let values = InputValues::Symbols { codes: &codes, table: &table, channels: 4 };
    let input = Input { n: 2, length: 10, lengths: &[10, 10], values };
    let pooled = [0.066_136, 0.698_799, -0.395_537, 0.072_48, 0.657_265, -0.354_255];
    let placed = [0.437_983, -0.635_766, -0.015_005, 0.444_03, -0.607_937, 0.000_231];
    for (conv, expected) in [(conv, pooled), (positions, placed)] {
        let network = build(&Architecture::Conv(conv), shape, 3).unwrap();
        check(&network, &input, expected);
    }
}

#[test]
fn a_transformer_agrees_with_pytorch() {
    let transformer = Transformer {
        layers: 1,
        width: 4,
        heads: 2,
        feed_forward: Some(8),
        ..Transformer::default()
    };
    let shape = InputShape::Tokens { length: 6, vocabulary: 5 };
    let network = build(&Architecture::Transformer(transformer.clone()), shape, 3).unwrap();
    let ids: Vec<u32> = (0..12).map(|index| code(index) as u32).collect();
    let values = InputValues::Tokens { ids: &ids, vocabulary: 5 };
    let input = Input { n: 2, length: 6, lengths: &[6, 6], values };
    let expected =
        [0.018_067_708, -0.166_101_89, 0.080_060_64, 0.018_395_55, -0.181_623_27, 0.075_415_81];
    check(&network, &input, expected);
    let rotary = Transformer { width: 8, positions: Positions::Rotary, ..transformer };
    let network = build(&Architecture::Transformer(rotary), shape, 3).unwrap();
    let expected =
        [0.312_164_2, -0.340_845_1, 0.078_570_12, 0.293_737_26, -0.380_620_53, 0.089_055_36];
    check(&network, &input, expected);
}

#[test]
fn recurrent_networks_agree_with_pytorch() {
    let shape = InputShape::Tokens { length: 10, vocabulary: 5 };
    let ids: Vec<u32> = (0..20).map(|index| code(index) as u32).collect();
    let values = InputValues::Tokens { ids: &ids, vocabulary: 5 };
    let input = Input { n: 2, length: 10, lengths: &[10, 7], values };
    let gru = [0.288_633_16, -0.798_097_94, 0.048_069_5, 0.254_685_89, -0.769_757_87, 0.021_614_35];
    let lstm =
        [0.029_482_33, 0.356_989_06, -0.221_269_11, 0.038_013_61, 0.345_880_27, -0.217_914_31];
    for (cell, expected) in [(Cell::Gru, gru), (Cell::Lstm, lstm)] {
        let small = Recurrent { cell, units: 4, embedding: 3, filters: 0, ..Recurrent::default() };
        let network = build(&Architecture::Recurrent(small), shape, 3).unwrap();
        check(&network, &input, expected);
    }
}
