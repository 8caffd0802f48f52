import type { Bucket } from '../../audit/histogram/bars.ts'

/** Events with the result `none` are not requests. */
export function countRequests(buckets: readonly Bucket[]) {
  const sum = (count: (bucket: Bucket) => number) => buckets.reduce((total, bucket) => total + count(bucket), 0)
  return {
    requests: sum(({ denied, required, failed, allowed }) => denied + required + failed + allowed),
    denied: sum(({ denied }) => denied),
    failed: sum(({ failed }) => failed),
  }
}
