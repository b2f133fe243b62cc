const GREEK: Readonly<Record<string, string>> = {
  alpha: 'α',
  beta: 'β',
  epsilon: 'ε',
  lambda: 'λ',
  mu: 'μ',
  Phi: 'Φ',
  phi: 'φ',
  pi: 'π',
  sigma: 'σ',
};

/**
 * A sentence with formulas in plain letters as a page shows it: Greek names as letters, squares and inverses raised, ± and a minus
 * that is one. In data the sentences stay plain: 'beta = 1/sigma^2' is found by a search.
 */
export function typeset(text: string): string {
  return text
    .replace(/\b(?:alpha|beta|epsilon|lambda|mu|Phi|phi|pi|sigma)\b/g, (name) => GREEK[name]!)
    .replace(/\bxbar\b/g, 'x\u0304')
    .replace(/\bsum (?=[(x])/g, 'Σ ')
    .replace(/\bsqrt\(/g, '√(')
    .replace(/\^2(?!\d)/g, '²')
    .replace(/\^-1(?!\d)/g, '⁻¹')
    .replaceAll('+-', '±')
    .replaceAll(' || ', ' ‖ ')
    .replaceAll(' - ', ' − ')
    .replace(/(^|[\s(,[=])-(?=[\d.A-Za-zΣ])/g, '$1−');
}
