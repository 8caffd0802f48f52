import { timingSafeEqual } from 'node:crypto'
import {
  type MaskOrigin,
  type MaskView,
  maskResponse,
  maskResponseInSteps,
  redactText,
  redactValues,
} from '@rack-gateway/convox-api'
import { type Policy, type Visibility, visibilityOf } from '@rack-gateway/rbac-policy'
import { appOf } from '../../calls/app-of.ts'
import type { RoutedCall } from '../../calls/call.ts'
import type { CalledApi } from '../../calls/parse-request.ts'
import { createMaskCache, createMaskMac, macBytes } from './mask-macs.ts'
import { viewerOf } from './visibility-grant.ts'

export interface MaskKeeper {
  /** @returns `received` itself if it has nothing to mask. @throws UnmaskableResponse */
  apply(call: RoutedCall, received: Buffer): Buffer
  /** Like `apply`, for large responses. Returns parts of at most 64 KiB. */
  applyInSteps(call: RoutedCall, received: readonly Buffer[]): Generator<void, readonly Buffer[]>
  /**
   * Redacts a text without a schema, such as an error. Takes one step for each restored value of the call.
   *
   * @returns `received` itself when it has nothing to redact
   */
  applyToText(call: RoutedCall, received: Buffer): Generator<void, Buffer>
  /** Whether a mask was made for this variable of this rack. */
  proves(rack: string, origin: MaskOrigin, mac: string): boolean
}

export interface MaskKeeperOptions {
  readonly policy: Policy
  /** Newest first. Masks that were made with an older key stay valid. */
  readonly keys: readonly [Buffer, ...Buffer[]]
  readonly now: () => number
}

export function createMaskKeeper({ policy, keys, now }: MaskKeeperOptions): MaskKeeper {
  const newest = createMaskMac(keys[0])
  const macs = [newest, ...keys.slice(1).map(createMaskMac)]
  const cached = createMaskCache(newest)

  function viewOf(
    { principal, decision, rack, match, address, parsedRequest, revealedKey }: RoutedCall,
    macOf = cached,
  ): MaskView {
    const app = appOf(match.route, match.params)
    const moment = { at: now(), address }
    const scope = { rack: rack.name, app, scope: app === null ? 'rack' : 'app' } as const
    const visibility = visibilityOf(policy, viewerOf({ principal, decision }), scope, moment)
    const { secrets, environment } = visibilityThrough(parsedRequest.api, visibility)
    return {
      env: environment,
      revealedKey: visibility.environment === 'shown' ? revealedKey : null,
      secrets,
      resourcePasswords: secrets,
      environmentNames: policy.hasPermission(principal, 'release:read', scope, moment),
      configValues: secrets,
      isSecret: policy.isSecretKey,
      isSecretParameter: policy.isSecretParameter,
      mac: (origin) => macOf(rack.name, origin),
      isAppVisible: (name) => policy.canSeeApp(principal, rack.name, name, moment),
      rackToken: rack.token,
    }
  }

  return {
    apply(call, received) {
      const text = received.toString('utf8')
      const shown = maskResponse(call.match.route.mask, text, viewOf(call))
      return shown === text ? received : Buffer.from(shown)
    },
    *applyInSteps(call, received) {
      const parts: Buffer[] = []
      let text = ''
      const view = viewOf(call, sizeOf(received) > largestCached ? newest : cached)
      for (const shown of maskResponseInSteps(call.match.route.mask, received, view)) {
        text += shown
        if (text.length >= partSize) {
          addParts(parts, text)
          text = ''
        }
        yield
      }
      addParts(parts, text)
      return parts
    },
    *applyToText(call, received) {
      const text = received.toString('utf8')
      // Values first: after `redactText` replaced a part of a value, the search would not find the value.
      const withoutValues = yield* redactValues(text, call.restoredValues)
      const shown = redactText(withoutValues, viewOf(call))
      return shown === text ? received : Buffer.from(shown)
    },
    proves(rack, origin, mac) {
      const bytes = Buffer.from(mac, 'base64url')
      return (
        bytes.length === macBytes &&
        macs.some((macOf) => timingSafeEqual(Buffer.from(macOf(rack, origin), 'base64url'), bytes))
      )
    },
  }
}

/** The management API hides secrets, because a page shows only the secret that a person asks for. */
function visibilityThrough(api: CalledApi, visibility: Visibility): Visibility {
  if (api === 'rack' || visibility.environment === 'hidden') return visibility
  return { secrets: false, environment: 'secrets-hidden' }
}

const partSize = 64 * 1024
/** Bytes. A larger list contains more MACs than the cache has room for. */
const largestCached = 1024 * 1024

export function sizeOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0)
}

function addParts(parts: Buffer[], text: string): void {
  const bytes = Buffer.from(text)
  for (let start = 0; start < bytes.length; start += partSize) parts.push(bytes.subarray(start, start + partSize))
}
