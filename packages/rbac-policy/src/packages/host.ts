/** For the gateway, which loads and evaluates policy packages. Authors of packages import `./index.ts`. */
export { loadPolicyPackages } from './load.ts'
export { describePackage, type LoadedPackage } from './loaded-package.ts'
export { type MountOptions, mountPackages } from './mount.ts'
export type { PackageCounts } from './package-evaluator.ts'
export type { PackagesLog } from './packages-log.ts'
export { type Allowed, createPolicyPackages, type PolicyPackages } from './policy-packages.ts'
