/**
 * Before anything is drawn: the theme that the reader chose last.
 */
export const THEME_SCRIPT =
  "try{const t=localStorage.getItem('credence-theme');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}";

/**
 * What the page adds to itself: the theme's buttons, downloads of the SVGs (they stand in the page already, so their links
 * are made from them), what is wider than a narrow page can be scrolled by keyboard and fades where there is more of it, and
 * copy buttons. Without scripts the page is complete but for these.
 */
export const PAGE_SCRIPT = `(()=>{
const root=document.documentElement,box=document.querySelector('.theme');
const show=()=>box.querySelectorAll('button').forEach((button)=>
button.setAttribute('aria-pressed',String(button.value===(root.dataset.theme??'auto'))));
box.addEventListener('click',({target})=>{
const button=target.closest('button');if(!button)return;
if(button.value==='auto')delete root.dataset.theme;else root.dataset.theme=button.value;
try{localStorage.setItem('credence-theme',button.value)}catch{}
show();
});
show();box.hidden=false;
document.querySelectorAll('a[data-svg]').forEach((link)=>{
const svg=document.getElementById(link.dataset.svg).querySelector('svg');
link.href='data:image/svg+xml;charset=utf-8,'+encodeURIComponent(new XMLSerializer().serializeToString(svg));
});
const mark=(box)=>{
const hidden=box.scrollWidth-box.clientWidth;
if(hidden>1)box.tabIndex=0;else if(!box.matches('.picture'))box.removeAttribute('tabindex');
box.classList.toggle('more',hidden-box.scrollLeft>1);
};
const sizes=new ResizeObserver((entries)=>entries.forEach(({target})=>mark(target)));
document.querySelectorAll('.picture,.table,.formula,.command pre').forEach((box)=>{
mark(box);sizes.observe(box);box.addEventListener('scroll',()=>mark(box),{passive:true});
});
document.querySelectorAll('button[data-copy]').forEach((button)=>{
const code=button.parentElement.querySelector('code');
button.hidden=false;
button.addEventListener('click',async()=>{
try{await navigator.clipboard.writeText(code.textContent);button.textContent='Copied';}
catch{getSelection().selectAllChildren(code);button.textContent='Selected';}
setTimeout(()=>{button.textContent='Copy';},2000);
});
});
})()`;
