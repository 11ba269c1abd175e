/** Lets files be dropped anywhere on the page. */

export function acceptDrops(add) {
  const holdsFiles = (event) => event.dataTransfer?.types.includes('Files');
  // A form on top of the page has its own fields for files, which the browser serves.
  const covered = () => document.querySelector('dialog[open]') !== null;
  // Entering a child is told before leaving its parent: counted, so that the page does not flicker.
  let depth = 0;
  const mark = () => document.body.classList.toggle('dropping', depth > 0 && !covered());

  addEventListener('dragenter', (event) => {
    if (!holdsFiles(event)) return;
    depth += 1;
    mark();
  });
  addEventListener('dragleave', (event) => {
    if (!holdsFiles(event)) return;
    depth = Math.max(0, depth - 1);
    mark();
  });
  addEventListener('dragover', (event) => {
    if (holdsFiles(event) && !isFileField(event.target)) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    if (!holdsFiles(event)) return;
    depth = 0;
    mark();
    if (isFileField(event.target)) return;
    // Or the browser would leave the page to show the file.
    event.preventDefault();
    if (!covered()) add([...event.dataTransfer.files]);
  });
}

const isFileField = (target) => target instanceof HTMLInputElement && target.type === 'file';
