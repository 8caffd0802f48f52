import { Button } from '../../../../ui/controls/button.tsx'
import { CopyButton } from '../../../../ui/controls/copy-button.tsx'
import { Row } from '../../../../ui/layout/row.tsx'
import { Problem } from '../../../../ui/problems/problem.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import type { Variable } from '../variables/env-text.ts'
import type { Draft } from './use-draft.ts'
import type { RevealedValues } from './use-revealed-values.ts'
import { ValueField } from './value-field.tsx'
import styles from './variable-value.module.css'

interface VariableValueProps {
  readonly name: string
  /** Null: the variable is new. */
  readonly variable: Variable | null
  readonly canReveal: boolean
  readonly revealed: RevealedValues
  readonly draft: Draft
}

export function VariableValue({ name, variable, canReveal, revealed, draft: { edits, edit } }: VariableValueProps) {
  const newValue = edits.get(name)
  if (newValue === null) return <em>Will be removed</em>
  if (newValue !== undefined) {
    // A text field would drop carriage returns, and a mask says nothing to a person. For both, the field is empty, and
    // the draft keeps the value until the person types another value.
    const isShown = !newValue.includes('\r') && !(variable?.isMasked === true && newValue === variable.value)
    return (
      <ValueField
        aria-label={`New value of ${name}`}
        autoFocus
        value={isShown ? newValue : ''}
        placeholder={isShown ? '' : 'Type a new value'}
        onChange={(value) => edit(name, value)}
      />
    )
  }
  if (variable === null) return null
  if (!variable.isMasked) return <PlainValue value={variable.value} />
  const value = revealed.values.get(name)
  const error = revealed.errorOf(name)
  return (
    <>
      <Row as="span" gap={1}>
        {value === undefined ? <em>Hidden</em> : <PlainValue value={value} />}
        {/* One button, so that it keeps the focus when it is pressed. */}
        {(canReveal || value !== undefined) && (
          <Button
            kind="quiet"
            aria-label={`${value === undefined ? 'Reveal' : 'Hide'}: ${name}`}
            isPending={value === undefined && revealed.isRevealing(name)}
            onPress={() => (value === undefined ? revealed.reveal(name) : revealed.hide(name))}
          >
            {value === undefined ? 'Reveal' : 'Hide'}
          </Button>
        )}
        {value !== undefined && <CopyButton text={value} what={`The value of ${name}`} />}
      </Row>
      {error && <Problem error={error} />}
    </>
  )
}

function PlainValue({ value }: { readonly value: string }) {
  if (value === '') return <em>Empty</em>
  return (
    <code className={styles.plain}>
      {value.split('\n').map((line, index) => (
        <span key={`${index}`}>
          <VisibleText>{line}</VisibleText>
        </span>
      ))}
    </code>
  )
}
