import type { PolicyPackage } from './types.ts'

/** A policy package, and what its code was. */
export interface LoadedPackage {
  readonly policy: PolicyPackage
  /** As POLICY_PACKAGES lists it. */
  readonly entry: string
  /** Of the npm package that it is or belongs to; null for a file that belongs to none. */
  readonly version: string | null
  /** SHA-256 of the file that was loaded, hex: of that file alone, not of what it imports. */
  readonly sha256: string
}

/** `deploy-freeze 1.2.0 (sha256 0123456789ab)`, for events and readiness. */
export function describePackage({ policy, version, sha256 }: LoadedPackage): string {
  const named = version === null ? policy.name : `${policy.name} ${version}`
  return `${named} (sha256 ${sha256.slice(0, 12)})`
}
