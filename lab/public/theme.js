// Before anything is drawn: the theme that the reader chose last.
try {
  const theme = localStorage.getItem('credence-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // No storage: the system's theme.
}
