import { TextField } from '../../../ui/fields.tsx'
import { type Provider, templates } from './templates.ts'
import styles from './trusts.module.css'

interface TemplateFieldsProps {
  readonly provider: Provider
  readonly values: Readonly<Record<string, string>>
  readonly onChange: (values: Readonly<Record<string, string>>) => void
}

export function TemplateFields({ provider, values, onChange }: TemplateFieldsProps) {
  const { hint, fields } = templates[provider]
  return (
    <>
      <p className="hint">
        IDs stay the same when a name is given to another project. To find them: <code>{hint}</code>
      </p>
      <div className={styles.fields}>
        {fields.map(({ name, label, hint: fieldHint, placeholder, isRequired = false }) => (
          <TextField
            key={name}
            label={label}
            value={values[name] ?? ''}
            onChange={(value) => onChange({ ...values, [name]: value })}
            isRequired={isRequired}
            mono
            {...(placeholder && { placeholder })}
            {...(fieldHint && { hint: fieldHint })}
          />
        ))}
      </div>
    </>
  )
}
