import type { PolicyPackage } from './types.ts'

export interface LoadedPackage {
  readonly policy: PolicyPackage
  /** The entry in POLICY_PACKAGES. */
  readonly entry: string
  /** The version of its npm package; null if its package.json has no version, or there is no package.json. */
  readonly version: string | null
  /** SHA-256 of the loaded file, without its imports, in hex. */
  readonly sha256: string
}

/** Such as `deploy-freeze 1.2.0 (sha256 0123456789ab)`, for events and readiness. */
export function describePackage({ policy, version, sha256 }: LoadedPackage): string {
  const named = version === null ? policy.name : `${policy.name} ${version}`
  return `${named} (sha256 ${sha256.slice(0, 12)})`
}
