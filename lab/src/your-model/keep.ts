/** Hands bytes or a text to the reader as a file. */
export function keep(content: Uint8Array<ArrayBuffer> | string, name: string, type: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
