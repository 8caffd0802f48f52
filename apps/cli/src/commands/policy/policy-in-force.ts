import { compilePolicy, type PolicyDocument } from '@rack-gateway/rbac-policy'
import { GatewayUnreachable } from '../../errors/errors.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import type { Context } from '../../invocation/context.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'

/** @throws as `callGateway`, and GatewayUnreachable if this version of rack-gateway cannot read the document */
export async function fetchPolicyInForce(context: Context, rack: string | null): Promise<PolicyDocument> {
  const target = await targetOf(context, rack)
  const { policy, document } = await callGateway(target, 'getPolicy', {})
  if (hashOf(document) !== policy)
    throw new GatewayUnreachable(
      `${target.origin} uses a policy document that this rack-gateway cannot read.`,
      'Install the rack-gateway of the same release as the gateway.',
    )
  return document as PolicyDocument
}

function hashOf(document: unknown): string | null {
  try {
    return compilePolicy(document as PolicyDocument).hash
  } catch {
    return null
  }
}
