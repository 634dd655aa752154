/** White space, control and format characters, and the letters that are only there to look like nothing. */
const unseen = /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u

/** Is there nothing in it that anybody would see? */
export function isBlank(text: string): boolean {
  return unseen.test(text)
}
