import { isVariableName } from '@rack-gateway/convox-api/environment'
import { useState } from 'react'
import { Button } from '../../../../ui/button.tsx'
import { TextField } from '../../../../ui/fields.tsx'
import styles from './add-variable.module.css'
import { readVariables } from './env-text.ts'
import type { Draft } from './use-draft.ts'
import { ValueField } from './value-field.tsx'

interface AddVariableProps {
  readonly env: string
  readonly draft: Draft
}

/** Adds the variable only to the draft. */
export function AddVariable({ env, draft: { edits, edit } }: AddVariableProps) {
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const fault = key === '' ? '' : faultOf(key)

  function faultOf(name: string): string {
    if (!isVariableName(name))
      return 'A key can contain only letters, digits, and _ . -, and must begin with a letter or _.'
    if (edits.has(name) || readVariables(env).some((variable) => variable.key === name))
      return `${name} is in the list already. Edit it there.`
    return ''
  }

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (key === '' || fault !== '') return
        edit(key, value)
        setKey('')
        setValue('')
      }}
    >
      <TextField aria-label="New key" placeholder="NEW_KEY" mono value={key} onChange={setKey} error={fault} />
      <ValueField aria-label="Its value" placeholder="Value" value={value} onChange={setValue} />
      <Button type="submit">Add</Button>
    </form>
  )
}
