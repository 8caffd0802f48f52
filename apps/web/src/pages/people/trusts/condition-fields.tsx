import { X } from 'lucide-react'
import { useRef } from 'react'
import { Button } from '../../../ui/controls/button.tsx'
import { SelectField, TextField } from '../../../ui/controls/fields.tsx'
import { Grid } from '../../../ui/layout/grid.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import type { ConditionValues, Requirement } from './conditions.ts'

interface ConditionFieldsProps {
  readonly conditions: readonly ConditionValues[]
  readonly onChange: (conditions: readonly ConditionValues[]) => void
}

export function ConditionFields({ conditions, onChange }: ConditionFieldsProps) {
  const fields = useRef<HTMLFieldSetElement>(null)
  const replace = (changed: ConditionValues) =>
    onChange(conditions.map((condition) => (condition.key === changed.key ? changed : condition)))
  return (
    <Stack as="fieldset" gap={3} ref={fields} tabIndex={-1}>
      <legend>Conditions (a job must meet all of them)</legend>
      {conditions.map((condition, index) => (
        <Grid column="small" gap={2} align="bottom" key={condition.key}>
          <TextField
            label="Claim"
            value={condition.claim}
            onChange={(claim) => replace({ ...condition, claim })}
            isRequired
            mono
          />
          <SelectField
            label="Must"
            value={condition.requirement}
            onChange={(requirement) => replace({ ...condition, requirement: requirement as Requirement })}
            options={[
              { value: 'equals', label: 'be' },
              { value: 'oneOf', label: 'be one of' },
              { value: 'pattern', label: 'match' },
              { value: 'empty', label: 'be missing or empty' },
            ]}
          />
          {condition.requirement !== 'empty' && (
            <TextField
              label="Value"
              value={condition.value}
              onChange={(value) => replace({ ...condition, value })}
              isRequired
              mono
            />
          )}
          {conditions.length > 1 && (
            <Button
              kind="quiet"
              aria-label={`Remove condition ${index + 1}`}
              onPress={() => {
                // The button that has the focus is removed, too.
                fields.current?.focus()
                onChange(conditions.filter(({ key }) => key !== condition.key))
              }}
            >
              <X aria-hidden />
            </Button>
          )}
        </Grid>
      ))}
      <p className="hint">
        Text needs no quotes, except <code>true</code>, <code>false</code>, and text that looks like a number:{' '}
        <code>74</code> is a number, <code>"74"</code> is text. Separate values with commas.
      </p>
      <div>
        <Button onPress={() => onChange([...conditions, emptyCondition(conditions)])}>Add a condition</Button>
      </div>
    </Stack>
  )
}

export function emptyCondition(others: readonly ConditionValues[]): ConditionValues {
  return { key: Math.max(0, ...others.map(({ key }) => key)) + 1, claim: '', requirement: 'equals', value: '' }
}
