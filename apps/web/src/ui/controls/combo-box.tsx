import { ChevronDown } from 'lucide-react'
import {
  ComboBox as AriaComboBox,
  Button,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Text,
} from 'react-aria-components'
import { VisibleText } from '../text/visible-text.tsx'
import styles from './combo-box.module.css'
import fields from './fields.module.css'

export interface ComboBoxOption {
  readonly id: string
  readonly label: string
  /** Distinguishes the option from others with the same label. */
  readonly detail?: string
}

interface ComboBoxProps {
  readonly label: string
  readonly options: readonly ComboBoxOption[]
  /** The ID of the option that is chosen when the field appears; null for none. */
  readonly value: string | null
  readonly onChange: (id: string | null) => void
  /** Whether the person can type a value that is not an option. `onChange` then gets the typed text. */
  readonly isOpenEnded?: boolean
  readonly hint?: string
}

export function ComboBox({ label, options, value, onChange, isOpenEnded = false, hint }: ComboBoxProps) {
  return (
    <AriaComboBox
      className={fields.field ?? ''}
      defaultItems={options}
      defaultSelectedKey={value}
      defaultInputValue={options.find(({ id }) => id === value)?.label ?? (isOpenEnded ? (value ?? '') : '')}
      allowsCustomValue={isOpenEnded}
      onSelectionChange={(key) => (key !== null || !isOpenEnded) && onChange(key === null ? null : String(key))}
      {...(isOpenEnded && {
        onInputChange: (text: string) =>
          onChange(options.find((option) => option.label === text)?.id ?? (text || null)),
      })}
      menuTrigger="focus"
      isRequired
    >
      <Label className={fields.label ?? ''}>{label}</Label>
      <div className={styles.box}>
        <Input className={fields.input ?? ''} autoComplete="off" spellCheck="false" />
        <Button className={styles.open ?? ''}>
          <ChevronDown aria-hidden size={16} />
        </Button>
      </div>
      {hint !== undefined && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <Popover className={styles.popover ?? ''}>
        <section aria-label={label}>
          <ListBox<ComboBoxOption> className={styles.list ?? ''}>
            {({ id, label: text, detail }) => (
              <ListBoxItem id={id} textValue={text} className={styles.item ?? ''}>
                <VisibleText>{text}</VisibleText>
                {detail !== undefined && (
                  <span className="hint">
                    <VisibleText>{detail}</VisibleText>
                  </span>
                )}
              </ListBoxItem>
            )}
          </ListBox>
        </section>
      </Popover>
    </AriaComboBox>
  )
}
