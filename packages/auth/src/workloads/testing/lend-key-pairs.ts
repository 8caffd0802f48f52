import { type GenerateKeyPairResult, generateKeyPair } from 'jose'

const idle: { readonly algorithm: string; readonly pair: GenerateKeyPairResult }[] = []

/** Key pairs that no other issuer has until `takeBack`. */
export interface LentKeyPairs {
  take(): Promise<GenerateKeyPairResult>
  takeBack(): void
}

/** Reuses the key pairs of stopped issuers, because generating an RSA key pair is slow. */
export function lendKeyPairs(algorithm = 'RS256'): LentKeyPairs {
  const lent: GenerateKeyPairResult[] = []
  return {
    async take() {
      const index = idle.findIndex((one) => one.algorithm === algorithm)
      const [found] = index === -1 ? [] : idle.splice(index, 1)
      const pair = found?.pair ?? (await generateKeyPair(algorithm, { extractable: true }))
      lent.push(pair)
      return pair
    },
    takeBack() {
      idle.push(...lent.splice(0).map((pair) => ({ algorithm, pair })))
    },
  }
}
