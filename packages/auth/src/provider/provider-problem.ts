import { LoginDenied } from '../errors/login-denial.ts'
import { discover } from './metadata.ts'

/** A sentence without addresses, or null if the metadata of the provider is usable. */
export async function providerProblem(issuer: string): Promise<string | null> {
  try {
    await discover(issuer)
    return null
  } catch (error) {
    if (!(error instanceof LoginDenied)) throw error
    const { denial, detail } = error
    return detail.why === undefined ? `${denial.title}.` : `${denial.title}: ${detail.why}.`
  }
}
