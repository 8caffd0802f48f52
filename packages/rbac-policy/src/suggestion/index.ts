export {
  type PolicySuggestion,
  type SuggestionContext,
  type SuggestionStudy,
  studySuggestion,
} from './suggest-policy.ts'
