//! Principal components, with sums in a fixed order.

/// Sweeps over all pairs; a matrix of a thousand rows needs about ten.
const SWEEPS: usize = 40;

/// Centres rows of `width` numbers and projects them onto their first `dim` principal components, the one of the greatest
/// variance first. The entry of the greatest magnitude of each component is positive. Returns the rows of `dim` numbers and
/// the share of the variance that they keep.
pub(super) fn project(rows: &mut [f64], width: usize, dim: usize) -> (Vec<f64>, f64) {
    center(rows, width);
    let mut matrix = vec![0.0; width * width];
    for row in rows.chunks_exact(width) {
        for (i, &a) in row.iter().enumerate() {
            for (sum, &b) in matrix[i * width..][..=i].iter_mut().zip(row) {
                *sum += a * b;
            }
        }
    }
    for i in 0..width {
        for j in 0..i {
            matrix[j * width + i] = matrix[i * width + j];
        }
    }
    let vectors = eigen(&mut matrix, width);
    let values: Vec<f64> = (0..width).map(|i| matrix[i * width + i]).collect();
    let mut order: Vec<usize> = (0..width).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    order.truncate(dim);
    let components: Vec<Vec<f64>> = order.iter().map(|&at| signed(&vectors[at * width..][..width])).collect();
    let mut out = Vec::with_capacity(rows.len() / width * dim);
    for row in rows.chunks_exact(width) {
        out.extend(components.iter().map(|component| dot(component, row)));
    }
    let kept: f64 = order.iter().map(|&at| values[at]).sum();
    (out, kept / values.iter().sum::<f64>())
}

/// Takes the mean row off each row.
fn center(rows: &mut [f64], width: usize) {
    let count = (rows.len() / width) as f64;
    let mut mean = vec![0.0; width];
    for row in rows.chunks_exact(width) {
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    mean.iter_mut().for_each(|sum| *sum /= count);
    for row in rows.chunks_exact_mut(width) {
        row.iter_mut().zip(&mean).for_each(|(value, mean)| *value -= mean);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The vector, or its negative, so that the first of its entries of the greatest magnitude is positive.
fn signed(vector: &[f64]) -> Vec<f64> {
    let mut greatest = 0.0f64;
    for &value in vector {
        if value.abs() > greatest.abs() {
            greatest = value;
        }
    }
    let sign = if greatest < 0.0 { -1.0 } else { 1.0 };
    vector.iter().map(|value| sign * value).collect()
}

/// Jacobi's method on a symmetric matrix, pairs in cyclic order (Golub and Van Loan, "Matrix Computations", 8.5). Leaves the
/// eigenvalues in the diagonal and returns the eigenvectors as rows.
fn eigen(matrix: &mut [f64], width: usize) -> Vec<f64> {
    let mut vectors = vec![0.0; width * width];
    for i in 0..width {
        vectors[i * width + i] = 1.0;
    }
    let total: f64 = matrix.iter().map(|value| value * value).sum();
    for _ in 0..SWEEPS {
        let off: f64 = (0..width)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| matrix[i * width + j] * matrix[i * width + j])
            .sum();
        // Squares: what is left is below the precision of the numbers.
        if off <= total * 1e-32 {
            break;
        }
        for p in 0..width {
            for q in p + 1..width {
                let between = matrix[p * width + q];
                if between == 0.0 {
                    continue;
                }
                let theta = (matrix[q * width + q] - matrix[p * width + p]) / (2.0 * between);
                let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
                let sine = tangent * cosine;
                rotate_columns(matrix, width, p, q, cosine, sine);
                rotate_rows(matrix, width, p, q, cosine, sine);
                rotate_rows(&mut vectors, width, p, q, cosine, sine);
            }
        }
    }
    vectors
}

fn rotate_columns(matrix: &mut [f64], width: usize, p: usize, q: usize, cosine: f64, sine: f64) {
    for row in matrix.chunks_exact_mut(width) {
        let (a, b) = (row[p], row[q]);
        row[p] = cosine * a - sine * b;
        row[q] = sine * a + cosine * b;
    }
}

/// Turns row `p` and a later row `q`.
fn rotate_rows(matrix: &mut [f64], width: usize, p: usize, q: usize, cosine: f64, sine: f64) {
    let (before, from) = matrix.split_at_mut(q * width);
    for (a, b) in before[p * width..][..width].iter_mut().zip(&mut from[..width]) {
        (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_axes_of_a_cloud() {
        // Points on (3, 4) / 5 times ±10 and on (-4, 3) / 5 times ±1, around (7, 7).
        let point =
            |along: f64, across: f64| [7.0 + along * 0.6 - across * 0.8, 7.0 + along * 0.8 + across * 0.6];
        let mut rows = [point(10.0, 0.0), point(-10.0, 0.0), point(0.0, 1.0), point(0.0, -1.0)].concat();
        let (out, kept) = project(&mut rows, 2, 1);
        let close = out.iter().zip([10.0, -10.0, 0.0, 0.0]).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(close && (kept - 200.0 / 202.0).abs() < 1e-12, "{out:?} {kept}");
    }

    #[test]
    fn eigenvectors_of_a_larger_matrix() {
        let width = 24;
        let entry = |i: usize, j: usize| libm::sin((i * j + i + j) as f64);
        let matrix: Vec<f64> = (0..width * width).map(|at| entry(at / width, at % width)).collect();
        let mut turned = matrix.clone();
        let vectors = eigen(&mut turned, width);
        for i in 0..width {
            let vector = &vectors[i * width..][..width];
            for (row, &part) in matrix.chunks_exact(width).zip(vector) {
                assert!((dot(row, vector) - turned[i * width + i] * part).abs() < 1e-12);
            }
        }
    }
}
