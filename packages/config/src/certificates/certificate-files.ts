import type { TObject } from 'typebox'
import { type NamedKind, type NamedVariables, variableOf } from '../variables/named-variables.ts'
import { descriptionOf } from '../variables/problems.ts'
import { certificateText } from './rack-certificates.ts'

interface CertificateVariable {
  readonly kind: NamedKind
  readonly schema: TObject
  /** Such as `RACK_CA`. */
  readonly property: string
}

/** Replaces the path of a certificate file by its content. Adds a sentence to `problems` if that is not possible. */
export function readCertificateFile(
  { kind, schema, property }: CertificateVariable,
  named: NamedVariables,
  problems: string[],
): void {
  const value = named.values[property]
  if (value === undefined) return
  const read = certificateText(value)
  if ('text' in read) {
    named.values[property] = read.text
    return
  }
  delete named.values[property]
  const wanted = descriptionOf(schema, property)
  problems.push(`${variableOf(kind, named, property)} ${read.problem}; it should be ${wanted}`)
}
