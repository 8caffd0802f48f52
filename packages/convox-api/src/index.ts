export { compileMatcher, isProbe, type Match } from './matcher.ts'
export { rackRoutes } from './routes.ts'
export { isTargetRefusal, maxTargetLength, type RackTarget, readTarget, splitRackPrefix } from './target.ts'
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
} from './types.ts'
