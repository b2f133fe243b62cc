export { binomialTail, binomialUpperBound } from './binomial.js';
export { certifyThreshold, fewestAccepted } from './certify.js';
export type { Certificate, CertificateOptions } from './certify.js';
export type { Errors } from './checks.js';
export { areaUnderRiskCoverage, riskCoverageCurve } from './risk-coverage.js';
export type { RiskCoverageArea, RiskCoverageCurve } from './risk-coverage.js';
