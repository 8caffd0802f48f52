export {
  defineError,
  defineErrorWithText,
  type ExplainedError,
  type ExplainedErrorClass,
  explanationOf,
  type MessageTemplate,
  reasonOf,
} from './define-error.ts'
export { asSentences, type Explanation, formatMessage } from './explanation.ts'
