// Apart from the index of the package, because the package for patterns is large, and decisions do not need it.

export { compileReasonPattern } from '../policy-document/reason-pattern.ts'
export { findRequestRule, requestOptions, type WantedAccess } from './find-request-rule.ts'
