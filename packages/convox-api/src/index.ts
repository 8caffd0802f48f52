export { ForeignMask, UnmaskableAnswer } from './errors.ts'
export { type FormReading, type FormRequest, formValue, readForm, valueOrHeader } from './form-reading.ts'
export { hidePassword, hidePasswords } from './masks/addresses.ts'
export { type CommandView, hideCommand } from './masks/command-words.ts'
export { containsEncodedMask } from './masks/encoded-masks.ts'
export { secretEnds, wholeValues } from './masks/env-entries.ts'
export { diffEnv, parseEnv } from './masks/env-lines.ts'
export { isVariableName, notAName, recordedKey } from './masks/key-names.ts'
export { maskEnv } from './masks/mask-env.ts'
export { rackTokenMark, scrubToken } from './masks/rack-token.ts'
export { type EnvMask, maskOf, masksIn, restoreEnv } from './masks/restore-env.ts'
export { createSecretKeys, isSecretKey, isSecretValue } from './masks/secret-keys.ts'
export { hidden as hiddenMark, type MaskOrigin, type MaskView } from './masks/view.ts'
export { maskAnswer, maskInSteps, maskText } from './masks.ts'
export { compileMatcher, isProbe, type Match } from './matcher.ts'
export { type Pair, parseForm, parseQuery, type ReadPair, readPairs } from './pairs.ts'
export type { ParameterRefusal, ParameterRequest, ParameterRule } from './parameter-refusal.ts'
export { isSpeakable, ownName, speakableNames, speakableValues } from './parameter-values.ts'
export { type Parameters, readParameters } from './parameters.ts'
export { rackRoutes, routesById } from './routes.ts'
export { isTargetRefusal, type RackTarget, readTarget, splitRackPrefix } from './target.ts'
export { maxTargetLength } from './target-refusals.ts'
export type {
  BodyKind,
  CanonicalTarget,
  MaskPolicy,
  Method,
  PathParameters,
  RackRoute,
  RouteMatch,
  Scope,
  TargetRefusal,
  ValueGrammar,
} from './types.ts'
export { objectId, objectUrl, refusedValue } from './value-grammar.ts'
