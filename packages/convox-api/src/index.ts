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
export { ForeignMask, UnmaskableResponse } from './errors/errors.ts'
export type { ParameterError, ParameterRequest, ParameterRule } from './errors/parameter-error.ts'
export { encodeFormInSteps } from './forms/encode-form.ts'
export { type Pair, parseForm, parseQuery, type ReadPair, readPairs, readPairsInSteps } from './forms/pairs.ts'
export { type FormRequest, formValue, type ReadFormResult, readForm, valueOrHeader } from './forms/read-form.ts'
export { type JsonBounds, jsonBoundsFault, jsonBoundsFaultInSteps } from './json-bounds/json-bounds.ts'
export { containsEncodedMaskInSteps } from './masks/encoded-masks.ts'
export {
  environmentValues,
  environmentValuesInSteps,
  keysInsideValues,
  keysInsideValuesInSteps,
} from './masks/env-entries.ts'
export { changedKeysInSteps, diffEnv, parseEnv, parseEnvInSteps } from './masks/env-lines.ts'
export { invalidNamePlaceholder, isVariableName, recordedKey } from './masks/key-names.ts'
export { maskEnv } from './masks/mask-env.ts'
export { type MaskOrigin, type MaskView, redactionPlaceholder } from './masks/mask-view.ts'
export { maskResponse, maskResponseInSteps, redactText } from './masks/masks.ts'
export { type CommandRedaction, redactCommand } from './masks/redact-command.ts'
export { rackTokenPlaceholder, redactRackToken } from './masks/redact-rack-token.ts'
export { redactValues } from './masks/redact-values.ts'
export { type EnvMask, findMasksInSteps, formatMask, type RestoredEnv, restoreEnvInSteps } from './masks/restore-env.ts'
export { containsSecret } from './masks/secret-keys.ts'
export { redactPasswordsInText, redactUrl } from './masks/url-passwords.ts'
export { type Parameters, readParameters, readParametersInSteps } from './parameters/parameters.ts'
export {
  isRecordable,
  recordableNames,
  recordableValuesInSteps,
  unprefixedName,
} from './parameters/recordable-parameters.ts'
export { compileMatcher, isProbe, type Match } from './routes/matcher.ts'
export { rackRoutes, routesById } from './routes/routes.ts'
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
} from './routes/types.ts'
export { checkFormValuesInSteps, objectId, objectUrl } from './routes/value-grammars.ts'
export { createPauses, runToEnd, type Steps, stepSize } from './steps/steps.ts'
export { textBytesInSteps, textParts } from './steps/text-parts.ts'
export { isTargetError, type RackTarget, rackPrefixes, readTarget, splitRackPrefix } from './targets/target.ts'
export { maxTargetLength } from './targets/target-errors.ts'
