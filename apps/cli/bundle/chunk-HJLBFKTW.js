import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);
function counted(count,noun,nouns=`${noun}s`){return`${count.toLocaleString("en")} ${count===1?noun:nouns}`}export{counted};
