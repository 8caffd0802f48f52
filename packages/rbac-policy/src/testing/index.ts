export type { Decision } from '../model/types.ts'
export type { TestCall, TestCaller } from './test-call.ts'
export { type TestedPolicy, testPolicy } from './test-policy.ts'
export type { TestRequest, TestResponse } from './test-routes.ts'
