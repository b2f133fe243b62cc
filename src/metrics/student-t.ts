/**
 * The t with P(|T| <= t) = level for Student's t distribution with `degrees` (an integer of at least 1)
 * degrees of freedom. For integers the distribution is a finite sum in theta = atan(t / sqrt(degrees)).
 *
 * Source: Abramowitz & Stegun, "Handbook of mathematical functions", 1964, 26.7.3 and 26.7.4.
 */
export function studentTQuantile(degrees: number, level: number): number {
  let low = 0;
  let high = Math.PI / 2;
  for (;;) {
    const theta = (low + high) / 2;
    if (theta <= low || theta >= high) return Math.sqrt(degrees) * Math.tan(theta);
    if (central(degrees, theta) < level) low = theta;
    else high = theta;
  }
}

/** P(|T| <= sqrt(degrees) tan(theta)). */
function central(degrees: number, theta: number): number {
  const cosine = Math.cos(theta);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = 0;
  for (let power = odd ? 3 : 2; power <= degrees; power += 2) {
    sum += term;
    term *= ((power - 1) / power) * cosine * cosine;
  }
  return odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
}
