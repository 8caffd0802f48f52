export {
  type ConsoleCall,
  type ConsoleRoute,
  consoleRoutes,
  rackInOrganization,
  readConsoleCall,
  readStepUpCall,
  type StepUpCall,
  stepUpPath,
} from './console.ts'
export { ForeignMask, UnmaskableResponse } from './errors.ts'
export { type JsonBounds, jsonBoundsFault, jsonBoundsFaultInSteps } from './json-bounds/json-bounds.ts'
export { containsEncodedMask } from './masks/encoded-masks.ts'
export { environmentValues, keysInsideValues } from './masks/env-entries.ts'
export { diffEnv, parseEnv } from './masks/env-lines.ts'
export { invalidNamePlaceholder, isVariableName, recordedKey } from './masks/key-names.ts'
export { maskEnv } from './masks/mask-env.ts'
export { type MaskOrigin, type MaskView, redactionPlaceholder } from './masks/mask-view.ts'
export { type CommandRedaction, redactCommand } from './masks/redact-command.ts'
export { rackTokenPlaceholder, redactRackToken } from './masks/redact-rack-token.ts'
export { redactValues } from './masks/redact-values.ts'
export { type EnvMask, findMasks, formatMask, restoreEnv } from './masks/restore-env.ts'
export { containsSecret } from './masks/secret-keys.ts'
export { redactPasswordsInText, redactUrl } from './masks/url-passwords.ts'
export { maskResponse, maskResponseInSteps, redactText } from './masks.ts'
export { compileMatcher, isProbe, type Match } from './matcher.ts'
export { type Pair, parseForm, parseQuery, type ReadPair, readPairs } from './pairs.ts'
export type { ParameterError, ParameterRequest, ParameterRule } from './parameter-error.ts'
export { type Parameters, readParameters } from './parameters.ts'
export { type FormRequest, formValue, type ReadFormResult, readForm, valueOrHeader } from './read-form.ts'
export { isRecordable, recordableNames, recordableValues, unprefixedName } from './recordable-parameters.ts'
export { rackRoutes, routesById } from './routes.ts'
export { isTargetError, type RackTarget, rackPrefixes, readTarget, splitRackPrefix } from './target.ts'
export { maxTargetLength } from './target-errors.ts'
export type {
  BodyKind,
  CanonicalTarget,
  MaskPolicy,
  Method,
  PathParameters,
  RackRoute,
  RouteMatch,
  Scope,
  TargetError,
  ValueGrammar,
} from './types.ts'
export { checkFormValues, objectId, objectUrl } from './value-grammars.ts'
