import type { StepUp } from '@rack-gateway/gateway-api'

/** How long a proof is valid, such as `for 10 minutes`. */
export function validityText({ withinSeconds }: Pick<StepUp, 'withinSeconds'>): string {
  if (withinSeconds === null) return 'only for this'
  if (withinSeconds < 120) return `for ${withinSeconds} seconds`
  const minutes = Math.floor(withinSeconds / 60)
  if (minutes < 120) return `for ${minutes} minutes`
  return `for ${Math.floor(minutes / 60)} hours`
}
