/** Numbers as networks and people write them: `+15550000001`, an address of WhatsApp, a ghost of it, a login that is one. */
const forms = [
  /(?<lead>\+)(?<digits>\d[\d ().-]{4,18}\d)/g,
  /(?<lead>)(?<digits>\d{6,15})(?=(?:[:_]\d+)*@(?:s\.whatsapp\.net|c\.us)\b)/g,
  /(?<lead>whatsapp_)(?<digits>\d{6,15})\b/g,
  /(?<lead>"(?:login|loginId|receiver|phone|remoteName|name)":")(?<digits>\d{6,15})(?=")/g,
]

/** A line of the log without anybody's phone number; its last two digits stay, to tell accounts apart. */
export function redactPhones(line: string): string {
  return forms.reduce(
    (text, form) =>
      text.replace(form, (...match) => {
        const { lead = '', digits = '' } = match.at(-1) as Record<string, string>
        return `${lead}[phone ..${digits.slice(-2)}]`
      }),
    line,
  )
}
