export { type PolicySuggestion, type SuggestionStudy, studySuggestion } from './suggest-policy.ts'
