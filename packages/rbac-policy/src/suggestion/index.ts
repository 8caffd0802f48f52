export type { CurrentAccess, CurrentBinding } from './current-access.ts'
export {
  type PolicySuggestion,
  type SuggestionContext,
  type SuggestionStudy,
  studySuggestion,
} from './suggest-policy.ts'
