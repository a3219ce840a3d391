//! Token ids to learned vectors.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

use super::host;
use super::valid::Valid;

/// Takes ids (N, T) and a weight (V, C) to (N, T, C), zero where a position is not valid.
pub(super) fn embedding(
    ids: &Tensor,
    weight: &Tensor,
    valid: &Valid,
    kernels: bool,
) -> Result<Tensor> {
    let (n, length) = ids.dims2()?;
    let channels = weight.dim(1)?;
    if kernels {
        let ids = ids.flatten_all()?.to_vec1()?;
        return weight.contiguous()?.apply_op1(EmbeddingOp { ids, valid: valid.clone() });
    }
    let rows = weight.index_select(&ids.flatten_all()?, 0)?; // (N T, C)
    valid.apply(&rows.reshape((n, length, channels))?)
}

/// An embedding on the CPU.
struct EmbeddingOp {
    /// Ids, (N, T).
    ids: Vec<u32>,
    valid: Valid,
}

impl EmbeddingOp {
    /// Each valid position: its row in the output and in the weight.
    fn rows(&self) -> impl Iterator<Item = (usize, usize)> {
        let length = self.valid.length();
        let records = self.ids.chunks_exact(length).zip(self.valid.lengths()).enumerate();
        records.flat_map(move |(record, (ids, &valid))| {
            let ids = ids[..valid].iter().enumerate();
            ids.map(move |(position, &id)| (record * length + position, id as usize))
        })
    }
}

impl CustomOp1 for EmbeddingOp {
    fn name(&self) -> &'static str {
        "embedding"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, channels) = layout.shape().dims2()?;
        let weight = host::slice(storage, layout)?;
        let (n, length) = (self.valid.lengths().len(), self.valid.length());
        let mut out = vec![0.0; n * length * channels];
        for (row, id) in self.rows() {
            let vector = &weight[id * channels..][..channels];
            out[row * channels..][..channels].copy_from_slice(vector);
        }
        Ok((CpuStorage::F32(out), (n, length, channels).into()))
    }

    fn bwd(&self, weight: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (vocabulary, channels) = weight.dims2()?;
        let gradient = gradient.contiguous()?;
        let slopes = host::values(&gradient)?;
        let mut out = vec![0.0; vocabulary * channels];
        for (row, id) in self.rows() {
            let sums = out[id * channels..][..channels].iter_mut();
            sums.zip(&slopes[row * channels..]).for_each(|(sum, slope)| *sum += slope);
        }
        Ok(Some(Tensor::from_vec(out, weight.shape(), weight.device())?))
    }
}
