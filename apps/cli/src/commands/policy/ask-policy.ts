import { compilePolicy, type PolicyDocument } from '@rack-gateway/rbac-policy'
import type { Context } from '../../context.ts'
import { GatewayUnreachable } from '../../errors.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { targetOf } from '../../target/gateway-target.ts'

/** The document that the gateway decides by at the moment. @throws what asking it throws */
export async function askPolicyInForce(context: Context, rack: string | null): Promise<PolicyDocument> {
  const target = await targetOf(context, rack)
  const { policy, document } = await callGateway(target, 'getPolicy', {})
  if (hashOf(document) !== policy)
    throw new GatewayUnreachable(
      `${target.origin} uses a policy document that this rack-gateway cannot read.`,
      'Use the release of the gateway.',
    )
  return document as PolicyDocument
}

/** Null if the text is not a document. */
function hashOf(document: unknown): string | null {
  try {
    return compilePolicy(document as PolicyDocument).hash
  } catch {
    return null
  }
}
