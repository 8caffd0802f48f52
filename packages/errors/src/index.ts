export {
  defineError,
  defineErrorWithText,
  type ExplainedError,
  type ExplainedErrorClass,
  explanationOf,
  reasonOf,
} from './define-error.ts'
export { type Denial, denyByBindings, denyByGateway } from './denial.ts'
export { asSentences, type Explanation, formatMessage } from './explanation.ts'
